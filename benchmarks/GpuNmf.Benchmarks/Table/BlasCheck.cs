using System.Globalization;

namespace GpuNmf.Benchmarks.Table;

/// <summary>NumPy's BLAS: nothing is compared with a slow one or a wrong one.</summary>
internal static class BlasCheck
{
    private const double Allowed = 1e-5;

    internal static void Require()
    {
        var found = Peer.Once("blas.py");
        if (found["library"] is null) throw new PeerMissingException("numpy does not map OpenBLAS: install libopenblas0-pthread (run.sh does), or nothing is compared");
        double error = found["worstError"]!.GetValue<double>();
        if (!(error <= Allowed))
            throw new PeerMissingException(string.Create(CultureInfo.InvariantCulture, $"OpenBLAS with its {found["kernels"]} kernels is wrong on this processor (error {error:E1}): nothing is compared"));
        Console.Error.WriteLine($"NumPy's BLAS: {found["library"]}, {found["kernels"]} kernels");
    }
}
