using Forewave.Bench.Probes.Measurement;

namespace Forewave.Bench.Probes;

/// <summary>One limit of the machine, measured round by round.</summary>
internal interface IProbe
{
    /// <summary>As on the command line, in the table and in JSON.</summary>
    string Name { get; }

    /// <summary>
    /// Runs one round of about <paramref name="length"/> and gives the same figures in the same order each time. Throws
    /// <see cref="NotSupportedException"/> where this machine cannot do it at all. A cancelled round ends early.
    /// </summary>
    Task<IReadOnlyList<Figure>> RunAsync(TimeSpan length, CancellationToken cancellation);
}
