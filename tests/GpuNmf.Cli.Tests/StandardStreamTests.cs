using System.Text;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli.Tests;

/// <summary>Streams that nothing can be written to.</summary>
public sealed class StandardStreamTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StandardStreamTests() => TestRecording.WriteTones(_folder["song.wav"]);

    public void Dispose() => _folder.Dispose();

    private string[] Separate(params string[] options) => ["separate", _folder["song.wav"], "--out", _folder["parts"], .. options];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_full_stdout_is_an_error_of_the_output_and_the_parts_stay(bool json)
    {
        using var stdout = new FullWriter();
        using var stderr = new StringWriter();
        int exitCode = CommandLine.Run(Separate(json ? ["--json"] : []), stdout, stderr, new ToyEngine(), TestContext.Current.CancellationToken);
        Assert.Equal(ExitCodes.Output, exitCode);
        Assert.EndsWith($"gpunmf: cannot write to standard output: no space; the parts are complete in '{_folder["parts"]}'{Environment.NewLine}", stderr.ToString(), StringComparison.Ordinal);
        Assert.Equal(["parts", "song.wav"], _folder.Names);
        Assert.True(File.Exists(_folder["parts", OutputFiles.Result]));
    }

    [Theory]
    [InlineData("devices")]
    [InlineData("devices", "--json")]
    [InlineData("--help")]
    [InlineData("separate", "--help")]
    [InlineData("--version")]
    public void A_full_stdout_is_an_error_of_the_output(params string[] args)
    {
        using var stdout = new FullWriter();
        using var stderr = new StringWriter();
        Assert.Equal(ExitCodes.Output, CommandLine.Run(args, stdout, stderr, new ToyEngine(), TestContext.Current.CancellationToken));
        Assert.Equal($"gpunmf: cannot write to standard output: no space{Environment.NewLine}", stderr.ToString());
    }

    [Fact]
    public void A_full_stderr_stops_nothing()
    {
        using var stdout = new StringWriter();
        using var stderr = new FullWriter();
        Assert.Equal(ExitCodes.Ok, CommandLine.Run(Separate(), stdout, stderr, new ToyEngine(), TestContext.Current.CancellationToken));
        Assert.True(stderr.Refused > 0);
        Assert.Contains("parts of song.wav", stdout.ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["parts", OutputFiles.Result]));
        Assert.Equal(ExitCodes.Output, CommandLine.Run(Separate(), stdout, stderr, new ToyEngine(), TestContext.Current.CancellationToken));
    }

    private sealed class FullWriter : TextWriter
    {
        public int Refused { get; private set; }

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            Refused++;
            throw new IOException("no space");
        }
    }
}
