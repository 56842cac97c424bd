using System.Text;

namespace Forewave.Bench.Probes.Reports;

/// <summary>For people: one line per figure.</summary>
internal static class TableReport
{
    public static string Render(Surroundings surroundings, IReadOnlyList<ProbeResult> results)
    {
        var text = new StringBuilder();
        text.AppendLine($"{surroundings.Machine}; {surroundings.Date:yyyy-MM-dd}");
        text.AppendLine();
        text.AppendLine($"{"probe",-14}{"figure",-28}{"median",12}{"lowest",12}{"highest",12}");
        foreach (var result in results)
        {
            if (result.Refusal is { } refusal)
            {
                text.AppendLine($"{result.Probe,-14}{refusal}");
            }

            foreach (var spread in result.Spreads)
            {
                text.AppendLine($"{result.Probe,-14}{spread.Name,-28}{spread.Median,12:N0}{spread.Lowest,12:N0}{spread.Highest,12:N0}");
            }
        }

        return text.ToString();
    }
}
