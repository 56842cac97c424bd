using Forewave.Protocol;

namespace Forewave.Broker.Scheduling;

/// <summary>Messages whose ids follow each other.</summary>
/// <param name="First">Log position of the first one's publish.</param>
/// <param name="Count">How many.</param>
internal readonly record struct IdRun(LogPosition First, int Count)
{
    /// <summary>Puts ids together into runs.</summary>
    public static List<IdRun> Of(IEnumerable<LogPosition> ids)
    {
        List<IdRun> runs = [];
        foreach (var id in ids.Order())
        {
            if (runs.Count > 0 && runs[^1] is var last && last.First.Bits + (ulong)last.Count == id.Bits)
                runs[^1] = last with { Count = last.Count + 1 };
            else
                runs.Add(new IdRun(id, 1));
        }
        return runs;
    }
}
