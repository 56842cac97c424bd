using Forewave.Bench.Probes.Disk;
using Forewave.Bench.Probes.Network;
using Forewave.Bench.Probes.Pacing;

namespace Forewave.Bench.Probes;

/// <summary>All probes, in the order in which they run and are shown.</summary>
internal static class ProbeCatalogue
{
    private static readonly (string Label, int Bytes)[] BlockSizes = [("4k", 4 << 10), ("64k", 64 << 10), ("1m", 1 << 20), ("4m", 4 << 20)];

    private static readonly (string Label, WriteKind Kind)[] WriteKinds =
        [("append", WriteKind.Append), ("recycled", WriteKind.Recycled), ("direct", WriteKind.RecycledDirect)];

    /// <summary>Those that were asked for. Throws <see cref="FormatException"/> for a word that begins none.</summary>
    public static IReadOnlyList<IProbe> Choose(IReadOnlyList<string> words, ProbeFolder folder, PeerProcess peer)
    {
        var all = All(folder, peer).ToList();
        var unknown = words.FirstOrDefault(word => !all.Exists(probe => Begins(probe, word)));
        return unknown is null
            ? all.FindAll(probe => words.Count == 0 || words.Any(word => Begins(probe, word)))
            : throw new FormatException($"No probe begins with '{unknown}': {string.Join(' ', all.Select(probe => probe.Name))}.");
    }

    private static bool Begins(IProbe probe, string word) => probe.Name.StartsWith(word, StringComparison.Ordinal);

    private static IEnumerable<IProbe> All(ProbeFolder folder, PeerProcess peer)
    {
        foreach (var (kindLabel, kind) in WriteKinds)
        {
            foreach (var (sizeLabel, bytes) in BlockSizes)
            {
                yield return new WriteProbe($"{kindLabel}-{sizeLabel}", kind, bytes, folder);
            }
        }

        yield return new ChecksumProbe();
        yield return new LoopbackProbe(peer);
        yield return new RoundTripProbe(peer);
        yield return new PacedProbe(folder, peer);
    }
}
