using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Files;

namespace GpuNmf.Cli.Tests;

public sealed class InputErrorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private CliRun Run(string input, params string[] options) =>
        CliRun.Of(["separate", _folder[input], "--out", _folder["parts"], .. options]);

    private CliRun RunTones(params string[] options)
    {
        TestRecording.WriteTones(_folder["song.wav"], 0.5);
        return Run("song.wav", options);
    }

    private void AssertNothingWritten() => Assert.DoesNotContain(_folder.Names, n => n.StartsWith("parts", StringComparison.Ordinal));

    [Fact]
    public void A_file_that_is_not_there()
    {
        Run("none.wav").AssertError(ExitCodes.Input, "none.wav", "no such file");
        AssertNothingWritten();
    }

    [Theory]
    [InlineData("separate")]
    [InlineData("sweep")]
    [InlineData("learn")]
    public void A_file_without_a_name(string command)
    {
        CliRun.Of(command, "", "--out", _folder["parts"]).AssertError(ExitCodes.Input, "INPUT is an empty name; name a recording");
        AssertNothingWritten();
    }

    [Theory]
    [InlineData("--dictionary")]
    [InlineData("--example")]
    [InlineData("--init-templates")]
    [InlineData("--init-activations")]
    public void An_option_with_a_file_without_a_name(string option)
    {
        RunTones(option, "").AssertError(ExitCodes.Input, $"{option} is an empty name; name a file");
        AssertNothingWritten();
    }

    /// <summary>Names can hold anything; a message is a line that neither controls the terminal nor fills it.</summary>
    [Fact]
    public void A_name_is_shown_without_control_characters_and_not_for_pages()
    {
        Run("a\u001b[31m\u0007b\u2028c\r\nd.wav").AssertError(ExitCodes.Input, "a [31m b c d.wav': no such file");
        CliRun run = CliRun.Of("separate", new string('x', 100_000), "--out", _folder["parts"]);
        run.AssertError(ExitCodes.Input, "'xxxx", "x ... x", "xxx': no such file");
        Assert.InRange(run.Stderr.Length, 1000, 2100);
    }

    [Fact]
    public void A_warning_is_shown_without_control_characters()
    {
        string path = _folder["so\u001b[31m\nng.wav"];
        TestRecording.WriteTones(path, 0.5);
        CliRun run = CliRun.Of(new ToyEngine { Warning = $"{path} is odd." }, "separate", path, "--out", _folder["parts"]).AssertOk();
        Assert.Contains("so [31m ng.wav is odd.", run.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Stderr);
    }

    [Fact]
    public void A_folder_for_a_file() => Run("").AssertError(ExitCodes.Input, "folder");

    [Fact]
    public void A_file_that_is_no_audio()
    {
        File.WriteAllText(_folder["song.wav"], "These are words and no samples at all, whatever the name says.");
        Run("song.wav").AssertError(ExitCodes.Input, "song.wav", "not a WAV file");
        AssertNothingWritten();
    }

    [Fact]
    public void A_file_of_no_bytes()
    {
        File.WriteAllBytes(_folder["song.wav"], []);
        Run("song.wav").AssertError(ExitCodes.Input, "song.wav");
    }

    [Fact]
    public void A_file_of_no_samples()
    {
        TestRecording.WriteFloats(_folder["song.wav"]);
        Run("song.wav").AssertError(ExitCodes.Input, "is empty");
        AssertNothingWritten();
    }

    [Fact]
    public void A_recording_shorter_than_one_frame()
    {
        TestRecording.WriteFloats(_folder["song.wav"], new float[2047]);
        Run("song.wav").AssertError(ExitCodes.Input, "2047", "2048", "(--n-fft)");
        AssertNothingWritten();
    }

    [Fact]
    public void A_piece_shorter_than_one_frame() => RunTones("--duration", "0.1").AssertError(ExitCodes.Input, "800 samples", "2048");

    [Fact]
    public void A_sample_that_is_not_a_number_is_the_recordings_fault()
    {
        var engine = new ToyEngine { InTheMidst = _ => throw new AudioFormatException("Sample 5 of channel 0 is NaN; every sample must be finite.") };
        CliRun run = CliRun.Of(engine, ["separate", TestRecording.WriteTones(_folder["song.wav"]), "--out", _folder["parts"], "--quiet"]);
        run.AssertError(ExitCodes.Input, "Sample 5", "NaN");
        AssertNothingWritten();
    }

    [Theory]
    [InlineData("--init-templates")]
    [InlineData("--init-activations")]
    public void A_start_that_is_not_there(string option) =>
        RunTones(option, _folder["none.npy"]).AssertError(ExitCodes.Input, option, "none.npy", "no such file");

    [Theory]
    [InlineData("--init-templates")]
    [InlineData("--init-activations")]
    public void A_start_that_is_a_folder(string option) =>
        RunTones(option, _folder.Root).AssertError(ExitCodes.Input, $"{option} '{_folder.Root}' is a folder; name a file");

    [Theory]
    [InlineData("--init-templates")]
    [InlineData("--init-activations")]
    public void A_start_that_is_no_matrix(string option)
    {
        File.WriteAllText(_folder["w.npy"], "no matrix");
        RunTones(option, _folder["w.npy"]).AssertError(ExitCodes.Input, option, "w.npy");
        AssertNothingWritten();
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(-1f)]
    public void A_start_with_an_impossible_value(float value)
    {
        var templates = new float[1025, 2];
        templates[3, 1] = value;
        NpyFile.Write(_folder["w.npy"], templates);
        RunTones("--init-templates", _folder["w.npy"]).AssertError(ExitCodes.Input, "row 3, column 1", "finite and not negative");
    }

    [Fact]
    public void Templates_of_another_transform()
    {
        NpyFile.Write(_folder["w.npy"], new float[513, 2]);
        RunTones("--init-templates", _folder["w.npy"]).AssertError(ExitCodes.Input, "'w.npy' has 513 rows", "expected 1025");
        AssertNothingWritten();
    }

    [Fact]
    public void Activations_of_another_recording()
    {
        NpyFile.Write(_folder["h.npy"], new float[2, 9]);
        RunTones("--init-activations", _folder["h.npy"]).AssertError(ExitCodes.Input, "'h.npy' has 9 columns", "expected 8");
    }

    [Fact]
    public void A_rank_that_contradicts_the_templates()
    {
        NpyFile.Write(_folder["w.npy"], new float[1025, 3]);
        RunTones("--rank", "4", "--init-templates", _folder["w.npy"]).AssertError(ExitCodes.Usage, "--rank is 4", "--init-templates 'w.npy' has 3 columns");
    }

    [Fact]
    public void A_rank_that_contradicts_the_activations()
    {
        NpyFile.Write(_folder["h.npy"], new float[3, 8]);
        RunTones("--rank", "4", "--init-activations", _folder["h.npy"]).AssertError(ExitCodes.Usage, "--rank is 4", "--init-activations 'h.npy' has 3 rows");
    }

    [Fact]
    public void Starts_that_contradict_each_other()
    {
        NpyFile.Write(_folder["w.npy"], new float[1025, 3]);
        NpyFile.Write(_folder["h.npy"], new float[2, 8]);
        RunTones("--init-templates", _folder["w.npy"], "--init-activations", _folder["h.npy"])
            .AssertError(ExitCodes.Usage, "'w.npy' has 3 columns", "'h.npy' has 2 rows");
    }

    [Fact]
    public void Templates_with_too_many_columns()
    {
        NpyFile.Write(_folder["w.npy"], new float[4, 1025]);
        RunTones("--init-templates", _folder["w.npy"]).AssertError(ExitCodes.Input, "--init-templates 'w.npy' is 4 x 1025", "1..256", "bins x components", "transposed");
    }

    [Fact]
    public void Activations_without_rows()
    {
        NpyFile.Write(_folder["h.npy"], new float[0, 8]);
        RunTones("--init-activations", _folder["h.npy"]).AssertError(ExitCodes.Input, "--init-activations 'h.npy' is 0 x 8", "components x frames");
    }

    [Fact]
    public void A_device_that_is_not_there()
    {
        var engine = new ToyEngine { InTheMidst = _ => throw new DeviceUnavailableException("Device cuda:7 is not available. There is cpu.") };
        CliRun.Of(engine, ["separate", TestRecording.WriteTones(_folder["song.wav"]), "--out", _folder["parts"], "--quiet"])
            .AssertError(ExitCodes.Device, "cuda:7", "There is cpu");
        AssertNothingWritten();
    }

    [Fact]
    public void A_device_that_is_lost_leaves_nothing()
    {
        var engine = new ToyEngine { InTheMidst = _ => throw new DeviceLostException("The toy stopped working.") };
        CliRun.Of(engine, ["separate", TestRecording.WriteTones(_folder["song.wav"]), "--out", _folder["parts"], "--quiet"])
            .AssertError(ExitCodes.Device, "The toy stopped working");
        AssertNothingWritten();
    }

    [Fact]
    public void A_lack_of_memory_names_the_way_out()
    {
        var engine = new ToyEngine { InTheMidst = _ => throw new InsufficientMemoryException() };
        CliRun.Of(engine, ["separate", TestRecording.WriteTones(_folder["song.wav"]), "--out", _folder["parts"], "--quiet"])
            .AssertError(ExitCodes.Device, "--duration");
    }

    [Fact]
    public void A_hop_that_leaves_samples_uncovered_is_refused_before_the_work()
    {
        RunTones("--hop-length", "2048").AssertError(ExitCodes.Usage, "--hop-length 2048 with a Hann", "choose a smaller hop, such as 512");
        AssertNothingWritten();
    }

    [Fact]
    public void Numbers_that_leave_the_range_are_the_files_fault()
    {
        var engine = new ToyEngine { InTheMidst = _ => throw new NotFiniteNumberException("The spectrogram overflows; InitialTemplates is innocent.") };
        CliRun.Of(engine, ["separate", TestRecording.WriteTones(_folder["song.wav"]), "--out", _folder["parts"], "--quiet"])
            .AssertError(ExitCodes.Input, "song.wav': The spectrogram overflows; --init-templates is innocent.");
        AssertNothingWritten();
    }

    [Theory]
    [InlineData("float32", 16384, 16383)]
    [InlineData("pcm24", 21846, 21845)]
    public void More_channels_than_the_stems_can_have(string encoding, int channels, int most)
    {
        CliRun.Of("separate", TestRecording.WriteBytes(_folder["wide.wav"], channels, new byte[channels]), "--out", _folder["parts"], "--encoding", encoding)
            .AssertError(ExitCodes.Input, $"wide.wav' has {channels} channels; a WAV file of {encoding} holds at most {most}", "pcm16");
        AssertNothingWritten();
    }

    [Fact]
    public void An_argument_that_the_program_got_wrong_is_a_defect()
    {
        var engine = new ToyEngine { InTheMidst = _ => throw new ArgumentException("start is 7.") };
        CliRun.Of(engine, ["separate", TestRecording.WriteTones(_folder["song.wav"]), "--out", _folder["parts"], "--quiet"])
            .AssertError(ExitCodes.Internal, "ArgumentException", "start is 7.", "GPUNMF_TRACE");
        AssertNothingWritten();
    }

    [Fact]
    public void A_defect_is_one_line_too()
    {
        var engine = new ToyEngine { InTheMidst = _ => throw new InvalidOperationException("two\nlines") };
        CliRun.Of(engine, ["separate", TestRecording.WriteTones(_folder["song.wav"]), "--out", _folder["parts"], "--quiet"])
            .AssertError(ExitCodes.Internal, "InvalidOperationException", "two lines", "GPUNMF_TRACE");
        AssertNothingWritten();
    }
}
