using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace GpuNmf.Tests.Faults;

/// <summary>
/// A small file system in memory, on which a disk is really full and really read-only, for root too. It is mounted in a namespace of a child process's and reached through that
/// process, so that it vanishes with it, whatever ends the tests.
/// </summary>
internal sealed class SmallDisk : IDisposable
{
    /// <summary>What a file takes at least, and files grow by.</summary>
    internal const int PageBytes = 4096;

    /// <summary>The file that takes the room.</summary>
    internal const string Filling = "filling";

    private const string MountPoint = "/mnt";

    private readonly Process _shell;

    private SmallDisk(Process shell)
    {
        _shell = shell;
        Path = string.Create(CultureInfo.InvariantCulture, $"/proc/{shell.Id}/root{MountPoint}");
    }

    /// <summary>The root of the disk, from every process.</summary>
    internal string Path { get; }

    /// <summary>A path on the disk.</summary>
    internal string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Names on the disk, sorted.</summary>
    internal string[] Names => [.. Directory.EnumerateFileSystemEntries(Path).Select(entry => System.IO.Path.GetFileName(entry)!).Order(StringComparer.Ordinal)];

    /// <summary>An empty disk; the test is skipped where none can be made.</summary>
    internal static SmallDisk Make(int pages)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has namespaces of mounts.");
        var disk = new SmallDisk(Start());
        string? refusal = disk.Do($"mount -t tmpfs -o {SizeOf(pages)} none {MountPoint}");
        if (refusal is null) return disk;
        disk.Dispose();
        Assert.Skip($"A small disk cannot be mounted here: {refusal}");
        return disk;
    }

    /// <summary>Makes it smaller, or larger.</summary>
    internal void Resize(int pages) => Require($"mount -o remount,rw,{SizeOf(pages)} {MountPoint}");

    /// <summary>From now on nothing can be written.</summary>
    internal void Freeze() => Require($"mount -o remount,ro {MountPoint}");

    /// <summary>Takes all the room that is left.</summary>
    internal void Fill()
    {
        using var file = new FileStream(this[Filling], FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true) file.Write(new byte[PageBytes]);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit();
        _shell.Dispose();
    }

    // Inodes do not count, and a size of 0 would be no limit.
    private static string SizeOf(int pages) => string.Create(CultureInfo.InvariantCulture, $"size={(long)Math.Max(1, pages) * PageBytes},nr_inodes=0");

    private static Process Start()
    {
        try
        {
            return Process.Start(new ProcessStartInfo("unshare", ["--mount", "sh"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception exception)
        {
            Assert.Skip($"There is no unshare: {exception.Message}");
            throw;
        }
    }

    private void Require(string command) => Assert.Null(Do(command));

    /// <returns>Null, or what the command said.</returns>
    private string? Do(string command)
    {
        try
        {
            _shell.StandardInput.WriteLine($"if said=$({command} 2>&1); then echo done; else echo \"no: $said\"; fi");
            _shell.StandardInput.Flush();
        }
        catch (IOException)
        {
            return _shell.StandardError.ReadToEnd();
        }
        string? answer = _shell.StandardOutput.ReadLine();
        return answer == "done" ? null : answer ?? _shell.StandardError.ReadToEnd();
    }
}
