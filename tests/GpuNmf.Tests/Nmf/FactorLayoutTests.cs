using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf;

/// <summary>Activations of many frames go to the device and back in pieces.</summary>
public sealed class FactorLayoutTests
{
    [Theory, OnEveryDevice]
    public void Activations_of_many_frames_arrive_where_they_belong(string lane)
    {
        var session = Lane.Session(lane);
        const int Frames = 40_000, Start = 24;
        var geometry = NmfGeometry.Of(3, Frames, 3, session.Form);
        var activations = new float[3, Frames];
        for (int k = 0; k < 3; k++)
            for (int t = 0; t < Frames; t++) activations[k, t] = 1 + k * Frames + t;
        using var device = session.Allocate<float>(Start + (long)geometry.Rows * geometry.RankPitch);

        FactorLayout.UploadActivations(activations, geometry, 1, device, Start);

        Assert.Equal(FactorLayout.PackActivations(activations, geometry, 1), device.Download()[Start..]);
        Assert.Equal(activations, FactorLayout.DownloadActivations(device, Start, geometry, 3, -1));
    }
}
