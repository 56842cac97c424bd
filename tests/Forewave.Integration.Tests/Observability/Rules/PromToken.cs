namespace Forewave.Integration.Tests.Observability.Rules;

/// <summary>A word of an expression.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">As it stands there; of a string, what is in it.</param>
internal readonly record struct PromToken(PromTokenKind Kind, string Text);
