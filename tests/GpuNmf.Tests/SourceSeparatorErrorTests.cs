using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests;

/// <summary>What the facade refuses, with type and message; and the widest levels that it takes.</summary>
public sealed class SourceSeparatorErrorTests
{
    private static readonly SeparationOptions s_options = new() { Stft = new StftOptions { FftLength = 64 }, Nmf = new NmfOptions { Rank = 2, MaxIterations = 3 } };

    /// <summary>Option name, what it is set to, part of the message.</summary>
    public static TheoryData<string, SeparationOptions, string> OutOfRange => new()
    {
        { "Rank", s_options with { Nmf = new() { Rank = 0 } }, "Rank is 0; it must lie in 1..256." },
        { "Rank", s_options with { Nmf = new() { Rank = 257 } }, "Rank is 257; it must lie in 1..256." },
        { "Beta", s_options with { Nmf = new() { Beta = -1.01 } }, "Beta is -1.01; it must lie in -1..4" },
        { "Beta", s_options with { Nmf = new() { Beta = 4.5 } }, "Beta is 4.5; it must lie in -1..4" },
        { "Beta", s_options with { Nmf = new() { Beta = double.NaN } }, "Beta is NaN; it must lie in -1..4" },
        { "Exponent", s_options with { Nmf = new() { Beta = 1, Exponent = UpdateExponent.Fast } }, "The fast exponent is for 0 <= beta < 1 and beta is 1" },
        { "Exponent", s_options with { Nmf = new() { Beta = -0.5, Exponent = UpdateExponent.Fast } }, "The fast exponent is for 0 <= beta < 1 and beta is -0.5" },
        { "Exponent", s_options with { Nmf = new() { Exponent = (UpdateExponent)7 } }, "No such exponent" },
        { "Solver", s_options with { Nmf = new() { Solver = (NmfSolver)7 } }, "No such solver" },
        { "MaxIterations", s_options with { Nmf = new() { MaxIterations = 0 } }, "MaxIterations is 0; it must lie in 1..1000000." },
        { "MaxIterations", s_options with { Nmf = new() { MaxIterations = 1_000_001 } }, "MaxIterations is 1000001; it must lie in 1..1000000." },
        { "Tolerance", s_options with { Nmf = new() { Tolerance = -1e-9 } }, "Tolerance is -1E-09; it must be at least 0 and below 1" },
        { "Tolerance", s_options with { Nmf = new() { Tolerance = 1 } }, "Tolerance is 1; it must be at least 0 and below 1" },
        { "Tolerance", s_options with { Nmf = new() { Tolerance = double.NaN } }, "Tolerance is NaN; it must be at least 0 and below 1" },
        { "FftLength", s_options with { Stft = new() { FftLength = 32 } }, "FftLength is 32; it must be a power of two in 64..32768" },
        { "FftLength", s_options with { Stft = new() { FftLength = 65536 } }, "FftLength is 65536; it must be a power of two in 64..32768" },
        { "FftLength", s_options with { Stft = new() { FftLength = 1000 } }, "FftLength is 1000; it must be a power of two in 64..32768" },
        { "HopLength", s_options with { Stft = new() { FftLength = 64, HopLength = 0 } }, "HopLength is 0; it must lie in 1..64 (FftLength)." },
        { "HopLength", s_options with { Stft = new() { FftLength = 64, HopLength = 65 } }, "HopLength is 65; it must lie in 1..64 (FftLength)." },
        { "WindowLength", s_options with { Stft = new() { FftLength = 64, WindowLength = 0 } }, "WindowLength is 0; it must lie in 1..64 (FftLength)." },
        { "WindowLength", s_options with { Stft = new() { FftLength = 64, WindowLength = 65 } }, "WindowLength is 65; it must lie in 1..64 (FftLength)." },
        { "Window", s_options with { Stft = new() { Window = (WindowKind)9 } }, "No such window" },
        { "Padding", s_options with { Stft = new() { Padding = (PaddingMode)9 } }, "No such padding" },
        { "MaskPower", s_options with { Reconstruction = new() { MaskPower = 0 } }, "MaskPower is 0; it must be above 0 and at most 16" },
        { "MaskPower", s_options with { Reconstruction = new() { MaskPower = 16.5 } }, "MaskPower is 16.5; it must be above 0 and at most 16" },
        { "MaskPower", s_options with { Reconstruction = new() { MaskPower = double.NaN } }, "MaskPower is NaN; it must be above 0 and at most 16" },
        { "Channels", s_options with { Reconstruction = new() { Channels = (ChannelMode)9 } }, "No such channel mode" },
        { "Reconstruction", s_options with { Reconstruction = new() { Reconstruction = (Reconstruction)9 } }, "No such reconstruction" },
    };

    [Theory, MemberData(nameof(OutOfRange))]
    public void Options_out_of_range_are_refused(string name, SeparationOptions options, string message)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Run(Noise(1000), options));

        Assert.Equal(name, error.ParamName);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_to_read_and_nowhere_to_write_are_errors_of_the_caller()
    {
        using var separator = new SourceSeparator(DeviceRequest.Cpu);

        Assert.Equal("recording", Assert.Throws<ArgumentNullException>(() => separator.Separate(null!, new StemBuffer(), cancellation: TestContext.Current.CancellationToken)).ParamName);
        Assert.Equal("sink", Assert.Throws<ArgumentNullException>(() => separator.Separate(Noise(100), null!, cancellation: TestContext.Current.CancellationToken)).ParamName);
    }

    [Fact]
    public void An_empty_recording_is_refused() => Refused<ArgumentException>(TestSignals.Recording(Array.Empty<float>()), s_options, "The recording is empty: it has no samples.");

    [Theory]
    [InlineData(1, 64, true, "The recording has 1 sample and one frame takes 64; the shortest transform takes 64, so it is too short to be separated.")]
    [InlineData(63, 64, false, "The recording has 63 samples and one frame takes 64; the shortest transform takes 64")]
    [InlineData(64, 128, true, "The recording has 64 samples and one frame takes 128; choose a shorter transform (FftLength, --n-fft), at most 64.")]
    [InlineData(1000, 2048, false, "The recording has 1000 samples and one frame takes 2048; choose a shorter transform (FftLength, --n-fft), at most 512.")]
    public void A_recording_shorter_than_a_frame_is_refused(int samples, int fftLength, bool center, string message) => Refused<ArgumentException>(
        Noise(samples), s_options with { Stft = new StftOptions { FftLength = fftLength, Center = center } }, message);

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "infinite")]
    [InlineData(float.NegativeInfinity, "infinite")]
    public void A_sample_that_is_no_finite_number_is_refused_with_its_place(float bad, string name)
    {
        float[][] channels = [TestSignals.Noise(200_000, 1), TestSignals.Noise(200_000, 2)];
        channels[1][160_000] = bad;

        Refused<AudioFormatException>(TestSignals.Recording(channels), s_options, $"Sample 160000 (20 s), channel 2, is {name}; every sample must be a finite number.");
    }

    [Fact]
    public void A_bad_sample_of_a_part_is_told_by_its_place_in_the_recording()
    {
        float[] samples = TestSignals.Noise(2000, 1);
        samples[1000] = float.NaN;
        var part = new AudioSlice(new AudioSlice(TestSignals.Recording(samples), 300, 1700), 400, 800);

        var error = Assert.Throws<AudioFormatException>(() => Separate(part));
        Assert.Contains("Sample 1000 (0.125 s), channel 1, is NaN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_closed_separator_says_so()
    {
        var separator = new SourceSeparator(DeviceRequest.Cpu with { Threads = 1 });
        separator.Dispose();
        separator.Dispose();

        var error = Assert.Throws<ObjectDisposedException>(() => separator.Separate(Noise(1000), new StemBuffer(), cancellation: TestContext.Current.CancellationToken));
        Assert.Contains(nameof(SourceSeparator), error.ObjectName, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, WindowKind.Hann, true, 1000)]
    [InlineData(64, WindowKind.Blackman, true, 1000)]
    [InlineData(16, WindowKind.Hann, false, 1024)]
    public void A_framing_that_leaves_samples_uncovered_is_refused_with_the_hop(int hop, WindowKind window, bool center, int samples)
    {
        var options = s_options with { Stft = new StftOptions { FftLength = 64, HopLength = hop, Window = window, Center = center } };

        var error = Refused<ArgumentException>(Noise(samples), options, $"HopLength {hop}{(center ? "" : ", frames not centred,")} with a {window} window of 64 samples leaves sample");
        Assert.Contains(center ? "choose a smaller hop, such as 16" : "let the frames be centred", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WindowKind.Hann)]
    [InlineData(WindowKind.Blackman)]
    public void A_window_that_is_zero_everywhere_is_refused(WindowKind window)
    {
        var options = s_options with { Stft = new StftOptions { FftLength = 64, HopLength = 16, WindowLength = 1, Window = window } };

        Refused<ArgumentException>(Noise(1000), options, $"A {window} window with WindowLength 1 is zero everywhere");
    }

    [Fact]
    public void Memory_that_the_device_does_not_have_is_named()
    {
        using var session = Lane.Open(Lane.Cpu);

        var error = Assert.Throws<DeviceMemoryException>(() => session.Allocate<float>(1L << 50));

        Assert.Contains("has no room for another 4294967296 MiB beside the 0 MiB in use", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, session.LiveBytes);
    }

    [Fact]
    public void Memory_is_refused_by_the_sum_before_the_system_ends_the_process()
    {
        using var session = Lane.Open(Lane.Cpu);
        using var little = session.Allocate<float>(1 << 20);
        long rest = session.Entry.MemoryBytes - session.LiveBytes;

        var error = Assert.Throws<DeviceMemoryException>(() => session.Allocate<float>(rest / 4 + 1));

        Assert.Contains("beside the 4 MiB in use, of ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Activations_that_no_array_holds_are_refused()
    {
        foreach (var form in new[] { KernelForm.Strip, KernelForm.Tile })
        {
            var error = Assert.Throws<ArgumentException>(() => NmfGeometry.Of(1025, 8_400_000, 256, form));

            Assert.Contains("256 components of 8400000 frames are", error.Message, StringComparison.Ordinal);
            Assert.Equal(8_300_000, NmfGeometry.Of(1025, 8_300_000, 256, form).Frames);
        }
    }

    [Fact]
    public void More_frames_than_32_bits_number_are_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => NmfGeometry.Of(33, (1 << 30) + 1L, 1, KernelForm.Strip));

        Assert.Contains("There are 1073741825 frames to factorise; at most 1073741824 can be. Take a larger hop", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_are_checked_against_a_recording_before_anything_is_allocated()
    {
        using var session = Lane.Open(Lane.Cpu);
        var options = s_options with { Nmf = s_options.Nmf with { InitialTemplates = new float[32, 2] } };

        options.Validate();
        Assert.Throws<ArgumentException>(() => options.ValidateFor(Noise(1000)));
        Assert.Throws<ArgumentException>(() => SeparationRun.On(session, Noise(1000), options));

        Assert.Equal(0, session.Allocations);
        Assert.Equal("recording", Assert.Throws<ArgumentNullException>(() => options.ValidateFor(null!)).ParamName);
    }

    [Fact]
    public void A_start_beyond_single_precision_is_refused()
    {
        int frames = (int)s_options.Stft.FrameCount(1000);
        var templates = new float[33, 2];
        var activations = new float[2, frames];
        for (int f = 0; f < 33; f++) templates[f, 0] = templates[f, 1] = 1e36f;
        for (int t = 0; t < frames; t++) activations[0, t] = activations[1, t] = 1e36f;
        var options = s_options with { Nmf = s_options.Nmf with { InitialTemplates = templates, InitialActivations = activations } };

        Refused<NotFiniteNumberException>(Noise(1000), options, "leave single precision's range together");
    }

    /// <summary>Scaling evades a penalty on one factor, unless it is on the sums of H, or W is fixed.</summary>
    [Theory]
    [InlineData(0.0, 1e-4, 0.5, "Only the activations are penalised")]
    [InlineData(0.0, 1e-4, 1.0, null)]
    [InlineData(1e-4, 0.0, 1.0, "Only the templates are penalised")]
    [InlineData(1e-4, null, 0.0, null)]
    [InlineData(0.0, 0.0, 0.0, null)]
    public void A_penalty_that_scaling_evades_is_told(double ofTemplates, double? ofActivations, double ratio, string? warning)
    {
        var nmf = s_options.Nmf with { AlphaTemplates = ofTemplates, AlphaActivations = ofActivations, L1Ratio = ratio, MaxIterations = 50 };

        var warnings = SeparationRun.On(Lane.Session(Lane.Cpu), Noise(1000), s_options with { Nmf = nmf }).Result.Warnings;

        if (warning is null) Assert.Empty(warnings);
        else Assert.StartsWith(warning, Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_penalty_does_to_fixed_templates_is_told_as_it_is()
    {
        var options = new NmfOptions { Rank = 2, AlphaTemplates = 0, AlphaActivations = 0.1, FixedTemplates = new float[33, 2] };

        Assert.Null(options.EvadedPenalty);
        Assert.StartsWith("Only the activations", (options with { AdaptIterations = 5 }).EvadedPenalty, StringComparison.Ordinal);
        Assert.Contains("all of them stay as they are", (options with { AlphaTemplates = 0.1, AlphaActivations = 0 }).EvadedPenalty, StringComparison.Ordinal);
    }

    [Fact]
    public void Penalties_that_ruin_the_result_are_told()
    {
        var heavy = SeparationRun.On(Lane.Session(Lane.Cpu), Noise(1000), s_options with { Nmf = s_options.Nmf with { AlphaTemplates = 0.3, L1Ratio = 1, MaxIterations = 30 } });

        Assert.Contains("a penalty outweighs what it is paid for", Assert.Single(heavy.Result.Warnings), StringComparison.Ordinal);
        Refused<NotFiniteNumberException>(Noise(1000), s_options with { Nmf = s_options.Nmf with { AlphaTemplates = 1e37 } }, "lower AlphaTemplates and AlphaActivations");
    }

    [Fact]
    public void Channels_that_cancel_in_their_mean_are_no_silence()
    {
        float[] left = TestSignals.Noise(2000, 1);
        var recording = TestSignals.Recording(left, Array.ConvertAll(left, x => -x));
        var options = s_options with { Reconstruction = new() { Channels = ChannelMode.Mono } };

        var run = SeparationRun.On(Lane.Session(Lane.Cpu), recording, options);

        Assert.Contains("its channels cancel in their mean", Assert.Single(run.Result.Warnings), StringComparison.Ordinal);
        Differences.Within(2e-6, run.SumError(recording), "sum of equal shares");
    }

    [Fact]
    public void A_tail_that_no_frame_reaches_is_refused()
    {
        var options = s_options with { Stft = new StftOptions { FftLength = 64, HopLength = 64, Window = WindowKind.Rectangular, Center = false } };

        Refused<ArgumentException>(Noise(127), options, "leaves sample 64 of 127 uncovered");
        Assert.Equal(2, SeparationRun.On(Lane.Session(Lane.Cpu), Noise(128), options).Result.Frames);
    }

    public static TheoryData<float[,]?, float[,]?, string> BadStarts => new()
    {
        { new float[32, 2], null, "InitialTemplates is 32 x 2; expected 33 x 2 (33 bins x 2 components)." },
        { new float[33, 3], null, "InitialTemplates is 33 x 3; expected 33 x 2 (33 bins x 2 components)." },
        { null, new float[2, 62], "InitialActivations is 2 x 62; expected 2 x 63 (2 components x 63 frames)." },
        { null, new float[63, 2], "InitialActivations is 63 x 2; expected 2 x 63 (2 components x 63 frames)." },
        { With(33, 2, 32, 1, -1e-30f), null, "InitialTemplates[32, 1] is -1E-30; every entry must be finite and not negative." },
        { With(33, 2, 4, 0, float.NaN), null, "InitialTemplates[4, 0] is NaN; every entry must be finite and not negative." },
        { null, With(2, 63, 1, 62, float.PositiveInfinity), "InitialActivations[1, 62] is" },
    };

    [Theory, MemberData(nameof(BadStarts))]
    public void A_start_that_does_not_fit_is_refused(float[,]? templates, float[,]? activations, string message) =>
        Refused<ArgumentException>(Noise(1000), s_options with { Nmf = s_options.Nmf with { InitialTemplates = templates, InitialActivations = activations } }, message);

    [Fact]
    public void A_stacked_start_has_a_column_for_every_channel_of_a_frame()
    {
        var recording = TestSignals.Recording(TestSignals.Noise(1000, 1), TestSignals.Noise(1000, 2));
        var options = s_options with
        {
            Nmf = s_options.Nmf with { InitialActivations = new float[2, 63] },
            Reconstruction = new ReconstructionOptions { Channels = ChannelMode.Stack },
        };

        Refused<ArgumentException>(recording, options, "InitialActivations is 2 x 63; expected 2 x 126 (2 components x 126 frames).");
    }

    [Theory, OnEveryDevice]
    public void A_recording_whose_spectrogram_overflows_is_refused(string lane)
    {
        var recording = TestSignals.Recording([.. Enumerable.Repeat(1e30f, 500)]);

        var error = Assert.Throws<NotFiniteNumberException>(() => SeparationRun.On(Lane.Session(lane), recording, s_options));
        Assert.Contains("The spectrogram overflows single precision; scale the recording down, full scale is 1.", error.Message, StringComparison.Ordinal);
    }

    public static IEnumerable<object[]> Levels => new[] { -40, 40 }.Select(exponent => new object[] { exponent });

    [Theory, OnEveryDevice(nameof(Levels))]
    public void Very_soft_and_very_loud_recordings_are_separated_as_others(string lane, int exponent)
    {
        float[] signal = TestSignals.Tones(301, 1);
        var options = s_options with { Nmf = new NmfOptions { Rank = 3, MaxIterations = 10 } };
        var run = SeparationRun.On(Lane.Session(lane), TestSignals.Recording(signal), options);
        var scaled = SeparationRun.On(Lane.Session(lane), TestSignals.Recording(Array.ConvertAll(signal, v => MathF.ScaleB(v, exponent))), options);

        Assert.Empty(scaled.Result.Warnings);
        for (int k = 0; k < 3; k++) Assert.Equal(Array.ConvertAll(run.Stem(k), v => MathF.ScaleB(v, exponent)), scaled.Stem(k));
        // D_1 scales as X does.
        Assert.Equal(Math.ScaleB(run.Result.LossTrace[^1].Loss, exponent), scaled.Result.LossTrace[^1].Loss);
    }

    private static AudioBuffer Noise(int samples) => TestSignals.Recording(TestSignals.Noise(samples, 1));

    private static float[,] With(int rows, int columns, int row, int column, float value)
    {
        var values = new float[rows, columns];
        values[row, column] = value;
        return values;
    }

    private static void Separate(IAudioSource recording)
    {
        using var separator = new SourceSeparator(DeviceRequest.Cpu with { Threads = 1 });
        separator.Separate(recording, new StemBuffer(), s_options, cancellation: TestContext.Current.CancellationToken);
    }

    private static void Run(AudioBuffer recording, SeparationOptions options) => SeparationRun.On(Lane.Session(Lane.Cpu), recording, options);

    private static TException Refused<TException>(AudioBuffer recording, SeparationOptions options, string message) where TException : Exception
    {
        var error = Assert.Throws<TException>(() => Run(recording, options));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        return error;
    }
}
