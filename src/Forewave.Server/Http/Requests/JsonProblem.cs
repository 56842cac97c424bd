using System.Text.Json;

namespace Forewave.Server.Http.Requests;

/// <summary>Says where JSON is broken, never what stood there.</summary>
internal static class JsonProblem
{
    public static string Of(JsonException broken) => broken.LineNumber is { } line && broken.BytePositionInLine is { } position
        ? $"The body is no JSON: line {line + 1}, byte {position + 1}."
        : "The body is no JSON.";
}
