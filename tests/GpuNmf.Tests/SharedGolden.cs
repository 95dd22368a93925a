using GpuNmf.Reference;
using Xunit;

namespace GpuNmf.Tests;

/// <summary>The golden clips; a test that asks for one skips where the shared folder is absent, and fails where it is required.</summary>
internal static class SharedGolden
{
    private static readonly Dictionary<string, Golden> s_clips = [];

    internal static Golden Open(string clip)
    {
        string folder = Folder();
        lock (s_clips)
        {
            if (!s_clips.TryGetValue(clip, out var golden)) s_clips[clip] = golden = new Golden(folder, clip);
            return golden;
        }
    }

    internal static string Folder()
    {
        string? folder = SharedFolder.Find();
        if (folder is null)
        {
            const string reason = "the shared folder is absent: set GPUNMF_SHARED";
            if (SharedFolder.IsRequired) Assert.Fail(reason);
            Assert.Skip(reason);
        }
        return folder!;
    }
}
