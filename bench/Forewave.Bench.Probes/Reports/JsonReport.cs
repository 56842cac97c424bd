using System.Text.Json;

namespace Forewave.Bench.Probes.Reports;

/// <summary>For programs: medians by probe and figure, and every round.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string Render(Surroundings surroundings, IReadOnlyList<ProbeResult> results) => JsonSerializer.Serialize(new
    {
        surroundings.Date,
        surroundings.Machine,
        Medians = results.Where(result => result.Refusal is null).ToDictionary(
            result => result.Probe,
            result => result.Spreads.ToDictionary(spread => JsonName(spread.Name), spread => Math.Round(spread.Median, 1))),
        Rounds = results.Where(result => result.Refusal is null).ToDictionary(
            result => result.Probe,
            result => result.Rounds.Select(round => round.ToDictionary(figure => JsonName(figure.Name), figure => Math.Round(figure.Value, 1)))),
        Refused = results.Where(result => result.Refusal is not null).ToDictionary(result => result.Probe, result => result.Refusal),
    }, Options);

    private static string JsonName(Enum name) => JsonNamingPolicy.CamelCase.ConvertName(name.ToString());
}
