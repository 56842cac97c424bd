namespace Forewave.Integration.Tests.Observability.Otlp;

/// <summary>What an exporter sent.</summary>
/// <param name="Signal">metrics, traces or logs.</param>
/// <param name="Content">What it sent.</param>
internal sealed record OtlpRequest(string Signal, OtlpMessage Content)
{
    /// <summary>The request's headers.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Who sent it.</summary>
    public Dictionary<string, string> Resource => Content.One(1).One(1).Attributes(1);

    /// <summary>The metrics, spans or log lines, with the name of their scope.</summary>
    public IEnumerable<(string Scope, OtlpMessage Item)> Items =>
        Content.All(1).SelectMany(resource => resource.All(2)).SelectMany(scope => scope.All(2).Select(item => (scope.One(1).Text(1), item)));
}
