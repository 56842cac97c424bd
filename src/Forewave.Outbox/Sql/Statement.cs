namespace Forewave.Outbox.Sql;

/// <summary>A statement and what its parameters are.</summary>
/// <param name="Text">SQL, its parameters by name: <c>@name</c>.</param>
/// <param name="Parameters">Their values.</param>
internal readonly record struct Statement(string Text, params (string Name, object? Value)[] Parameters);
