using BenchmarkDotNet.Running;

namespace Forewave.Bench.Micro;

/// <summary>
/// Benchmarks of single stages of a message's path; what a stage costs and allocates per message, without disk and network.
/// <c>dotnet run -c Release --project bench/Forewave.Bench.Micro -- --filter '*'</c>
/// </summary>
internal static class Program
{
    private static void Main(string[] args) => BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
}
