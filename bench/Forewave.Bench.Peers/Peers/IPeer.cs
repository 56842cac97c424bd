using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Peers;

/// <summary>A kind of broker that can be started for one measurement.</summary>
internal interface IPeer
{
    /// <summary>Name on the command line and in the JSON report.</summary>
    string Name { get; }

    /// <summary>Column of the table.</summary>
    string Title { get; }

    /// <summary>What a receipt promises with the settings used here, in one sentence.</summary>
    string Durability { get; }

    /// <summary>Whether this kind of broker has such a thing at all.</summary>
    bool Supports(WorkloadShape shape);

    /// <summary>The installed version, or null when the broker is not installed.</summary>
    Task<string?> FindVersionAsync(CancellationToken cancellation);

    /// <summary>Starts it on free ports of the loopback with its files in <paramref name="folder"/>, and waits until it takes
    /// connections. The caller disposes it, and then deletes the folder.</summary>
    Task<IBroker> StartAsync(string folder, CancellationToken cancellation);
}
