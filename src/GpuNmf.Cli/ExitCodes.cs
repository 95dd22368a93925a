namespace GpuNmf.Cli;

/// <summary>The exit codes; scripts rely on them.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>A defect of the program.</summary>
    public const int Internal = 1;

    /// <summary>Wrong usage or option value.</summary>
    public const int Usage = 2;

    /// <summary>An input file cannot be read or does not suit.</summary>
    public const int Input = 3;

    /// <summary>The device is not there, its memory too small, or it stopped working.</summary>
    public const int Device = 4;

    /// <summary>The output folder exists, or it or standard output cannot be written.</summary>
    public const int Output = 5;

    /// <summary>Of several files some failed, with different codes of their own.</summary>
    public const int SomeFailed = 6;

    /// <summary>Stopped by Ctrl-C, SIGTERM or SIGHUP; 128 + SIGINT, as shells expect.</summary>
    public const int Cancelled = 130;

    /// <summary>The part of the help text that lists them.</summary>
    public const string Help = """
        Exit codes:
          0    done
          1    internal error (set GPUNMF_TRACE=1 for the stack trace)
          2    wrong usage or option value
          3    an input file cannot be read or does not suit
          4    the device is not available, its memory too small, or it stopped working
          5    the output folder exists, or it or standard output cannot be written
          6    several files failed, not all for the same reason; the list at the end has the code of each
          130  stopped by Ctrl-C, SIGTERM or SIGHUP; nothing is left behind but finished files, the finished models of a sweep, and the last checkpoint of a run with --resume
        """;
}
