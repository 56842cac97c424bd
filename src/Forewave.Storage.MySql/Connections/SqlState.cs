namespace Forewave.Storage.MySql.Connections;

/// <summary>An error's class in the SQL standard.</summary>
/// <param name="Code">Five characters; HY000 where the standard has none.</param>
internal readonly record struct SqlState(string Code);
