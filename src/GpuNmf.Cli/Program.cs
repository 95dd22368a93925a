using System.Runtime.InteropServices;

namespace GpuNmf.Cli;

/// <summary>The process: signals in, exit code out. Everything else is <see cref="CommandLine"/>.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        using var cancellation = new CancellationTokenSource();
        void Stop(PosixSignalContext context)
        {
            // A second signal finds the token cancelled and ends the process the hard way.
            if (cancellation.IsCancellationRequested) return;
            context.Cancel = true;
            cancellation.Cancel();
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        return CommandLine.Run(args, Console.Out, Console.Error, new DeviceEngine(), cancellation.Token);
    }
}
