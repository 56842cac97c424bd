using System.Text.Json;
using Forewave.Server.Configuration;

namespace Forewave.Cli.Output;

/// <summary>One entry for people: a line <c>name  value</c> for each of its JSON fields, so that both say the same.</summary>
internal static class EntryText
{
    private const int NameWidth = 20;

    /// <summary>Prints an entry as JSON, or as lines.</summary>
    public static void Print(bool json, Action<Utf8JsonWriter> write)
    {
        if (json)
        {
            JsonResult.Print(write);
            return;
        }
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes))
            write(writer);
        using var document = JsonDocument.Parse(bytes.ToArray());
        foreach (var field in document.RootElement.EnumerateObject())
            Console.Out.WriteLine($"{field.Name.PadRight(NameWidth)}{field.Value}");
    }

    /// <summary>Writes a duration as people write it.</summary>
    public static void WriteDuration(this Utf8JsonWriter writer, string name, TimeSpan duration) =>
        writer.WriteString(name, DurationText.Format(duration));
}
