using GpuNmf.Devices;
using ILGPU.Runtime.CPU;

namespace GpuNmf.Tests.Lanes;

/// <summary>
/// The devices that every kernel test runs on. GPUNMF_LANES (comma-separated) chooses some, or all but some (<c>-opencl</c>);
/// GPUNMF_REQUIRE names those whose absence is a failure and not a skip.
/// </summary>
internal static class Lane
{
    private static readonly Dictionary<string, DeviceSession> s_open = [];

    /// <summary>Simulated NVIDIA-like device: warps of 32, groups of up to 1024 threads.</summary>
    internal const string NvidiaLike = "sim-nvidia";

    /// <summary>Simulated older AMD-like device: wavefronts of 64, groups of up to 256 threads.</summary>
    internal const string AmdLike = "sim-amd";

    /// <summary>Simulated Intel-like device: sub-groups of 16, groups of up to 128 threads.</summary>
    internal const string IntelLike = "sim-intel";

    internal const string Cpu = "cpu";
    internal const string Cpu128 = "cpu-128";
    internal const string Cpu256 = "cpu-256";
    internal const string OpenCL = "opencl";
    internal const string Cuda = "cuda";

    private static readonly string[] s_simulated = [NvidiaLike, AmdLike, IntelLike];

    private static readonly string[] s_known = [NvidiaLike, AmdLike, IntelLike, Cpu, Cpu128, Cpu256, OpenCL, Cuda];

    private static readonly string? s_suite = Environment.GetEnvironmentVariable("GPUNMF_SUITE");

    private static readonly bool s_takeTurns = s_suite != "full" && Array.TrueForAll(s_simulated, name => Chosen().Contains(name));

    /// <summary>The lanes of this run.</summary>
    internal static IReadOnlyList<string> All { get; } = Chosen();

    internal static bool IsSimulated(string lane) => lane.StartsWith("sim-", StringComparison.Ordinal);

    /// <summary>
    /// False where another simulated device takes the row: each of their threads is one of the system's, so in the quick suite
    /// (GPUNMF_SUITE other than full) each row goes to one of them, in turn; the test's name says who begins. A run on chosen lanes takes
    /// every row. False too for half of many rows on OpenCL where GPUNMF_SUITE is quick, since a kernel takes its compilers seconds; in rows of four, one
    /// has the first and third, the next the others.
    /// </summary>
    internal static bool TakesRow(string lane, string test, int row, int rows)
    {
        if (lane == OpenCL && s_suite == "quick" && rows > 4) return (row + row / 4) % 2 == 0;
        int turn = Array.IndexOf(s_simulated, lane);
        if (turn < 0 || !s_takeTurns) return true;
        return (row + test.Sum(character => character)) % s_simulated.Length == turn;
    }

    /// <summary>Null when the lane is there, else why not.</summary>
    internal static string? WhyAbsent(string lane) => lane switch
    {
        Cuda => Absence(DeviceKind.Cuda),
        OpenCL => Absence(DeviceKind.OpenCL),
        _ => null,
    };

    internal static bool IsRequired(string name) => Environment.GetEnvironmentVariable("GPUNMF_REQUIRE")?.Split(',').Contains(name) ?? false;

    /// <summary>The lane's device, opened once in a test run.</summary>
    internal static DeviceSession Session(string lane)
    {
        lock (s_open)
        {
            if (!s_open.TryGetValue(lane, out var session)) s_open[lane] = session = Open(lane);
            return session;
        }
    }

    /// <summary>A device of its own, for tests that count bytes or threads; the caller disposes it.</summary>
    internal static DeviceSession Open(string lane) => lane switch
    {
        NvidiaLike => DeviceSession.OpenSimulated(CPUDevice.Nvidia, lane),
        AmdLike => DeviceSession.OpenSimulated(CPUDevice.LegacyAMD, lane),
        IntelLike => DeviceSession.OpenSimulated(CPUDevice.Intel, lane),
        Cpu => DeviceSession.Open(DeviceRequest.Cpu),
        Cpu128 => DeviceSession.Open(DeviceRequest.Cpu with { Simd = SimdWidth.Bits128 }),
        Cpu256 => DeviceSession.Open(DeviceRequest.Cpu with { Simd = SimdWidth.Bits256 }),
        _ => DeviceSession.Open(DeviceRequest.Parse(lane)),
    };

    private static string? Absence(DeviceKind kind)
    {
        var devices = DeviceCatalog.List().Where(d => d.Kind == kind).ToList();
        return devices.Exists(d => d.IsUsable) ? null : $"{kind}: {string.Join("; ", devices.Select(d => d.RejectedBecause))}";
    }

    private static string[] Chosen()
    {
        string? wanted = Environment.GetEnvironmentVariable("GPUNMF_LANES");
        if (string.IsNullOrEmpty(wanted)) return s_known;
        string[] names = wanted.Split(',', StringSplitOptions.TrimEntries);
        if (Array.Find(names, name => !s_known.Contains(name.TrimStart('-'))) is { } unknown)
            throw new InvalidOperationException($"GPUNMF_LANES names '{unknown}'; the lanes are {string.Join(", ", s_known)}.");
        string[] chosen = names[0].StartsWith('-') ? s_known : names;
        return [.. chosen.Where(name => !name.StartsWith('-') && !names.Contains('-' + name))];
    }
}
