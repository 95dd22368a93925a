using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace GpuNmf.Tests.Audio.Codecs;

/// <summary>The real ffmpeg, which makes the compressed files that tests read.</summary>
internal static class FfmpegTool
{
    /// <summary>Null when ffmpeg and ffprobe can be run, else why not.</summary>
    internal static string? WhyAbsent { get; } = Probe("ffmpeg") ?? Probe("ffprobe");

    /// <summary>Skips the running test where there is no ffmpeg; fails it where GPUNMF_REQUIRE names <c>ffmpeg</c>.</summary>
    internal static void Need()
    {
        if (WhyAbsent is null) return;
        if (Environment.GetEnvironmentVariable("GPUNMF_REQUIRE")?.Split(',').Contains("ffmpeg") ?? false) Assert.Fail(WhyAbsent + ". GPUNMF_REQUIRE asks for it.");
        Assert.Skip(WhyAbsent);
    }

    /// <summary>Runs <c>ffmpeg -v error -y</c> and these arguments; the test needs it and fails where ffmpeg does.</summary>
    internal static void Make(params string[] arguments)
    {
        Need();
        (int status, string text) = Run("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments]);
        Assert.True(status == 0, $"ffmpeg {string.Join(' ', arguments)}: {text}");
    }

    private static (int Status, string Text) Run(string tool, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    private static string? Probe(string tool)
    {
        try
        {
            (int status, string text) = Run(tool, "-version");
            return status == 0 ? null : $"{tool} -version ended with status {status}: {text}";
        }
        catch (Win32Exception missing)
        {
            return $"no {tool} ({missing.Message}); install ffmpeg";
        }
    }
}
