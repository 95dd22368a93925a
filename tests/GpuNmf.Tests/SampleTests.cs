using GpuNmf.Audio;
using GpuNmf.Reference;
using Xunit;

namespace GpuNmf.Tests;

/// <summary>The recording that comes with the repository.</summary>
public sealed class SampleTests
{
    [Fact]
    public void The_sample_is_what_the_drum_machine_plays()
    {
        string path = Repository.File("samples/drums.wav");
        DrumRecording drums = SampleDrums.Render();

        Pcm16Wav wav = Pcm16Wav.Open(path);
        Assert.Equal((SampleDrums.SampleRateHz, 1), (wav.SampleRateHz, wav.Channels.Length));
        Assert.Equal(drums.Samples, wav.Channels[0].Length);
        for (int n = 0; n < drums.Samples; n++)
            Assert.True(Math.Abs(wav.Channels[0][n] - drums.Mixture[n]) <= 0.5 / 32768, $"sample {n}: {wav.Channels[0][n]} in the file, {drums.Mixture[n]} played");
        Assert.InRange(new FileInfo(path).Length, 1, 1_000_000);
    }

    [Fact]
    public void The_sample_is_the_file_that_the_writer_makes_of_it()
    {
        using var folder = new TempFolder();
        WavFile.Write(folder["drums.wav"], new AudioBuffer(SampleDrums.Render().Mixture, 1, SampleDrums.SampleRateHz), WavEncoding.Pcm16);

        Assert.Equal(File.ReadAllBytes(folder["drums.wav"]), File.ReadAllBytes(Repository.File("samples/drums.wav")));
    }
}
