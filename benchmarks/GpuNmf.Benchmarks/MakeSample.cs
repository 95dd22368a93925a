using GpuNmf.Audio;
using GpuNmf.Reference;

namespace GpuNmf.Benchmarks;

/// <summary><c>-- make-sample [PATH]</c>: writes the repository's sample recording.</summary>
internal static class MakeSample
{
    internal const string Command = "make-sample";

    internal static int Run(string[] arguments)
    {
        string path = arguments.Length > 0 ? arguments[0] : Path.Combine("samples", "drums.wav");
        MakeInput.Write(path, SampleDrums.Render());
        return 0;
    }
}
