namespace Forewave.Server.Http.Requests;

/// <summary>The content types that mean something here.</summary>
internal static class ContentTypes
{
    /// <summary>Answers and most requests.</summary>
    public const string Json = "application/json";

    /// <summary>Errors, RFC 9457.</summary>
    public const string Problem = "application/problem+json";

    /// <summary>One message with what belongs to it.</summary>
    public const string Message = "application/vnd.forewave.message+json";

    /// <summary>Many of them.</summary>
    public const string Messages = "application/vnd.forewave.messages+json";

    /// <summary>A stream of events.</summary>
    public const string Events = "text/event-stream";

    // What curl says of every body unless told otherwise.
    private const string Form = "application/x-www-form-urlencoded";
    private const string Unknown = "application/octet-stream";

    /// <summary>A JSON body. What says nothing, or what curl says by itself, is taken for one.</summary>
    public static bool IsJson(string? contentType) => string.IsNullOrEmpty(contentType) || Is(contentType, Json) || Is(contentType, Form);

    /// <summary>It is of that type, whatever its parameters.</summary>
    public static bool Is(ReadOnlySpan<char> contentType, string type)
    {
        int end = contentType.IndexOf(';');
        return (end < 0 ? contentType : contentType[..end]).Trim().Equals(type, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>It says something about a body, so that consumers are told; null else.</summary>
    public static string? Told(string? contentType) =>
        string.IsNullOrEmpty(contentType) || Is(contentType, Form) || Is(contentType, Unknown) ? null : contentType;
}
