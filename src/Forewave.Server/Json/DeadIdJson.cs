using System.Globalization;
using System.Text.Json;
using Forewave.Client.Administration;

namespace Forewave.Server.Json;

/// <summary>
/// Places of dead letters and ids of operations as the command line and HTTP show them: numbers, or where there are several partitions the
/// text that names them. What was shown is taken back as it is.
/// </summary>
internal static class DeadIdJson
{
    public static void Write(Utf8JsonWriter writer, string name, DeadPlace place)
    {
        writer.WritePropertyName(name);
        Write(writer, place);
    }

    public static void Write(Utf8JsonWriter writer, DeadPlace place) => Write(writer, place.ToString());

    /// <summary>Null is 0: there is no operation.</summary>
    public static void Write(Utf8JsonWriter writer, string name, DeadOperationId? id)
    {
        writer.WritePropertyName(name);
        Write(writer, id?.ToString() ?? "0");
    }

    private static void Write(Utf8JsonWriter writer, string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(text);
    }
}
