namespace Forewave.Server.Http.Routing;

/// <summary>One operation of the HTTP API. Immutable.</summary>
internal sealed record ApiOperation
{
    /// <summary>Its name in the OpenAPI document.</summary>
    public required string Id { get; init; }

    /// <summary>The HTTP method. What GET does changes nothing.</summary>
    public required string Method { get; init; }

    /// <summary>The path with names in braces, as in the OpenAPI document.</summary>
    public required string Path { get; init; }

    /// <summary>What it needs.</summary>
    public required ApiRight Right { get; init; }

    /// <summary>Does it and answers.</summary>
    public required Func<ApiCall, Task> Run { get; init; }

    /// <summary>It is answered also where the partition is not served at present.</summary>
    public bool Anywhere { get; init; }

    /// <summary>It is about this broker: in a cluster too it is refused where the partition is not served here.</summary>
    public bool Here { get; init; }

    /// <summary>The query parameters that it knows; others are refused.</summary>
    public string[] Query { get; init; } = [];
}
