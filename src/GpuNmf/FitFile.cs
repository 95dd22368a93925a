using System.Runtime.InteropServices;
using GpuNmf.Nmf;

namespace GpuNmf;

/// <summary>Fits as bytes.</summary>
internal static class FitFile
{
    internal static void Write(BinaryWriter writer, NmfFit fit)
    {
        Write(writer, fit.Templates);
        Write(writer, fit.Activations);
        writer.Write(fit.LossTrace.Count);
        foreach (var point in fit.LossTrace)
        {
            writer.Write(point.Iteration);
            writer.Write(point.Loss);
        }
        writer.Write(fit.Iterations);
        writer.Write((int)fit.Stop);
        writer.Write(fit.Objective);
        writer.Write(fit.Seconds);
    }

    internal static NmfFit Read(BinaryReader reader)
    {
        float[,] templates = ReadMatrix(reader), activations = ReadMatrix(reader);
        LossPoint[] trace = [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => new LossPoint(reader.ReadInt32(), reader.ReadDouble()))];
        return new NmfFit(templates, activations, trace, reader.ReadInt32(), (NmfStop)reader.ReadInt32()) { Objective = reader.ReadDouble(), Seconds = reader.ReadDouble() };
    }

    private static void Write(BinaryWriter writer, float[,] matrix)
    {
        writer.Write(matrix.GetLength(0));
        writer.Write(matrix.GetLength(1));
        for (int row = 0; row < matrix.GetLength(0); row++) writer.Write(MemoryMarshal.AsBytes(RowOf(matrix, row)));
    }

    private static float[,] ReadMatrix(BinaryReader reader)
    {
        var matrix = new float[reader.ReadInt32(), reader.ReadInt32()];
        for (int row = 0; row < matrix.GetLength(0); row++) reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(RowOf(matrix, row)));
        return matrix;
    }

    private static Span<float> RowOf(float[,] matrix, int row)
    {
        int length = matrix.GetLength(1);
        return length == 0 ? [] : MemoryMarshal.CreateSpan(ref matrix[row, 0], length);
    }
}
