namespace Forewave.Integration.Tests.Observability.Rules;

/// <summary>Words of expressions.</summary>
internal enum PromTokenKind
{
    /// <summary>There is none any more.</summary>
    End,

    /// <summary>A name of a metric, a label, a function.</summary>
    Name,

    /// <summary>A number.</summary>
    Number,

    /// <summary>5m, 1h30m.</summary>
    Duration,

    /// <summary>A text in quotes.</summary>
    Text,

    /// <summary>An operator or a bracket.</summary>
    Sign,
}
