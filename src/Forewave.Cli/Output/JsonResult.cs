using System.Text.Encodings.Web;
using System.Text.Json;

namespace Forewave.Cli.Output;

/// <summary>A result as one line of JSON on stdout.</summary>
internal static class JsonResult
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Prints one value.</summary>
    public static void Print(Action<Utf8JsonWriter> write)
    {
        using var output = Console.OpenStandardOutput();
        using (Utf8JsonWriter writer = new(output, Options))
            write(writer);
        output.Write("\n"u8);
        output.Flush();
    }

    /// <summary>Prints a list.</summary>
    public static void PrintList<T>(IEnumerable<T> entries, Action<Utf8JsonWriter, T> write) => Print(writer =>
    {
        writer.WriteStartArray();
        foreach (var entry in entries)
            write(writer, entry);
        writer.WriteEndArray();
    });
}
