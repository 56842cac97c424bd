using Forewave.Protocol;
using Forewave.Protocol.V1;

namespace Forewave.Client.Consuming;

/// <summary>Gathers the leases that a returning consumer still holds. Used once, by one thread.</summary>
internal sealed class HeldRanges
{
    private readonly List<(long First, uint Count, uint Attempt)> _ranges = [];

    public void Add(Offset first, uint count, Attempt attempt) => _ranges.Add((first.Value, count, attempt.Value));

    /// <summary>
    /// Adjoining ones of one attempt in one, at most as many as one request may list: what is left out comes again.
    /// </summary>
    public List<OffsetRange> Merged()
    {
        List<OffsetRange> merged = [];
        ulong messages = 0;
        foreach ((long first, uint count, uint attempt) in _ranges.OrderBy(range => range.Attempt).ThenBy(range => range.First))
        {
            ulong start = (ulong)first;
            messages += count;
            if (messages > Limits.SettledPerFrame)
            {
                return merged;
            }

            if (merged.Count > 0 && merged[^1] is { } last && last.Attempt == attempt && start <= last.First + last.Count)
            {
                last.Count = Math.Max(last.First + last.Count, start + count) - last.First;
            }
            else
            {
                if (merged.Count == Limits.BatchesPerFrame)
                {
                    return merged;
                }

                merged.Add(new OffsetRange { First = start, Count = count, Attempt = attempt });
            }
        }

        return merged;
    }
}
