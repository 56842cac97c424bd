namespace Forewave.Protocol;

/// <summary>Whether the same request may succeed later.</summary>
public enum RetryAdvice
{
    /// <summary>It will fail again as it is.</summary>
    Never,

    /// <summary>At the same broker, after a pause.</summary>
    Same,

    /// <summary>At another broker, if there is one that serves it; else at the same one.</summary>
    Elsewhere,
}
