using System.Security.Cryptography;

namespace GpuNmf.Cli;

/// <summary>What tells the bytes of one file from those of another.</summary>
internal static class FileHash
{
    /// <summary>SHA-256 in lower-case hexadecimal digits.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string Of(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
