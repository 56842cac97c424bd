namespace Forewave.Storage.MySql.Connections;

/// <summary>The values of one inserted row as they stand in the statement.</summary>
/// <param name="Text">For example <c>(?, ?, 1)</c>.</param>
internal readonly record struct InsertedRow(string Text);
