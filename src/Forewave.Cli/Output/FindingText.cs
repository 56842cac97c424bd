using System.Text.Json;
using Forewave.Server.Diagnosis;

namespace Forewave.Cli.Output;

/// <summary>What <c>forewave doctor</c> found, for people and for programs.</summary>
internal static class FindingText
{
    /// <summary>Prints a row for each finding, under it what to do, and at the end the worst.</summary>
    public static void Print(IReadOnlyList<Finding> findings)
    {
        int width = findings.Max(finding => finding.Check.Length);
        foreach (var finding in findings)
        {
            Console.Out.WriteLine($"{Word(finding.Level),-7}  {finding.Check.PadRight(width)}  {finding.Text}");
            if (finding.Advice is { } advice)
                Console.Out.WriteLine($"{"",-7}  {"".PadRight(width)}  -> {advice}");
        }
        int faults = findings.Count(finding => finding.Level == FindingLevel.Fault);
        int warnings = findings.Count(finding => finding.Level == FindingLevel.Warning);
        Console.Out.WriteLine($"{faults} {(faults == 1 ? "fault" : "faults")}, {warnings} {(warnings == 1 ? "warning" : "warnings")}");
    }

    /// <summary>Prints the same as one object.</summary>
    public static void PrintJson(IReadOnlyList<Finding> findings) => JsonResult.Print(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("worst", Word(HostDiagnosis.WorstOf(findings)));
        writer.WriteStartArray("findings");
        foreach (var finding in findings)
            Write(writer, finding);
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter writer, Finding finding)
    {
        writer.WriteStartObject();
        writer.WriteString("check", finding.Check);
        writer.WriteString("level", Word(finding.Level));
        writer.WriteString("text", finding.Text);
        writer.WriteString("advice", finding.Advice);
        writer.WriteStartObject("values");
        foreach (var (name, value) in finding.Values)
        {
            writer.WritePropertyName(name);
            JsonSerializer.Serialize(writer, value, value.GetType());
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static string Word(FindingLevel level) => level switch
    {
        FindingLevel.Fine => "fine",
        FindingLevel.Warning => "warning",
        _ => "fault",
    };
}
