using System.Runtime.InteropServices;
using Forewave.Model.Steps;
using Forewave.Model.Worlds;

namespace Forewave.Model.Searches;

/// <summary>
/// Sees every world that can be reached, nearest first, so that a trace is a shortest one. A world that was seen is known by 128 bits
/// of hash: among a hundred million, two that share one are as likely as one in 10²².
/// </summary>
internal sealed class BreadthFirst
{
    private readonly Rules _rules;
    private readonly HashSet<UInt128> _seen = [];
    private readonly List<(int Parent, byte Step)> _ways = [];
    private readonly List<int> _then = [];
    private readonly World _start;
    private List<World> _layer = [];
    private List<World> _next = [];

    public BreadthFirst(Rules rules)
    {
        _rules = rules;
        _start = World.Start(rules.Faults);
    }

    /// <summary>Ends at what is broken, when <paramref name="depth"/> steps were gone, or when it has seen <paramref name="most"/> worlds.</summary>
    public Finding Run(int depth, int most)
    {
        if (See(_start, -1, 0) is { } first)
            return first;
        for (int gone = 0; ; gone++)
        {
            (_layer, _next) = (_next, _layer);
            _next.Clear();
            if (_layer.Count == 0 || gone == depth || _seen.Count >= most)
                return Found(Broken.Nothing, null, gone);
            int firstOfLayer = _ways.Count - _layer.Count;
            for (int i = 0; i < _layer.Count; i++)
            {
                if (Expand(i, firstOfLayer + i) is { } finding)
                    return finding with { Depth = gone };
                if (_seen.Count >= most)
                    return Found(Broken.Nothing, null, gone);
            }
        }
    }

    private Finding? Expand(int place, int index)
    {
        for (int step = 0; step < Step.All.Count; step++)
        {
            for (int node = 0; node < 2; node++)
            {
                if (Step.All[step].TryTake(_layer[place], node, _rules, out World after) && See(after, index, (byte)((step * 2) + node)) is { } finding)
                    return finding;
            }
        }

        return null;
    }

    private Finding? See(World world, int parent, byte step)
    {
        if (!_seen.Add(Hash(ref world)))
            return null;
        _ways.Add((parent, step));
        _next.Add(world);
        Broken broken = Invariant.Check(world, _rules, _then);
        return broken == Broken.Nothing ? null : Found(broken, new Trace(_start, _rules, WayTo(_ways.Count - 1), _then), 0);
    }

    private IEnumerable<int> WayTo(int index)
    {
        var steps = new Stack<int>();
        for (; _ways[index].Parent >= 0; index = _ways[index].Parent)
            steps.Push(_ways[index].Step);
        return steps;
    }

    private Finding Found(Broken broken, Trace? trace, int depth) =>
        new() { Broken = broken, Trace = trace, Worlds = _seen.Count, Depth = depth, IsWhole = _layer.Count == 0 };

    private static UInt128 Hash(ref World world)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref world, 1));
        ulong low = 0x9E3779B97F4A7C15, high = 0xC2B2AE3D27D4EB4F;
        while (bytes.Length >= sizeof(ulong))
        {
            Mix(ref low, ref high, MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        Span<byte> rest = stackalloc byte[sizeof(ulong)];
        bytes.CopyTo(rest);
        Mix(ref low, ref high, MemoryMarshal.Read<ulong>(rest));
        return new UInt128(high ^ (low >> 32), low ^ (high >> 29));
    }

    // Both halves see every word, each multiplied by a constant of its own.
    private static void Mix(ref ulong low, ref ulong high, ulong word)
    {
        ulong above = Math.BigMul(low ^ word, 0xD6E8FEB86659FD93, out ulong below);
        low = above ^ below;
        above = Math.BigMul(high + word, 0xA0761D6478BD642F, out below);
        high = (above ^ below) + word;
    }
}
