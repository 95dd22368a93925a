using Xunit.Sdk;
using Xunit.v3;

// Lanes share their devices, and an ILGPU stream takes one caller at a time.
[assembly: Parallelization(Mode = ParallelMode.None)]
