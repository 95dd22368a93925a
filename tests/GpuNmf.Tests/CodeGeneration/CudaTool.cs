using System.ComponentModel;
using System.Diagnostics;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.CodeGeneration;

/// <summary>ptxas and its companions: from the folder of GPUNMF_PTXAS, else from PATH.</summary>
internal static class CudaTool
{
    private static readonly string s_folder =
        Path.GetDirectoryName(Environment.GetEnvironmentVariable("GPUNMF_PTXAS") is { Length: > 0 } named ? Path.GetFullPath(named) : "") ?? "";

    /// <summary>Null when ptxas can be run, else why not.</summary>
    internal static string? WhyAbsent { get; } = Probe();

    /// <summary>Skips the running test where there is no ptxas; fails it where GPUNMF_REQUIRE names <c>ptxas</c>.</summary>
    internal static void Need()
    {
        if (WhyAbsent is null) return;
        if (Lane.IsRequired("ptxas")) Assert.Fail(WhyAbsent + ". GPUNMF_REQUIRE asks for it.");
        Assert.Skip(WhyAbsent);
    }

    /// <summary>Runs a tool to its end.</summary>
    /// <returns>Its exit status and what it wrote, errors after output.</returns>
    internal static (int Status, string Text) Run(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(s_folder.Length > 0 ? Path.Combine(s_folder, tool) : tool, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // cuobjdump looks for nvdisasm on PATH.
        if (s_folder.Length > 0) start.Environment["PATH"] = s_folder + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    private static string? Probe()
    {
        try
        {
            var (status, text) = Run("ptxas", "--version");
            return status == 0 ? null : $"ptxas --version ended with status {status}: {text}";
        }
        catch (Win32Exception missing)
        {
            return $"no ptxas ({missing.Message}); name one in GPUNMF_PTXAS, or put the CUDA toolkit on PATH";
        }
    }
}
