namespace Forewave.Storage.MySql.Schema;

/// <summary>What a start did to the schema.</summary>
/// <param name="Applied">The steps that were done now.</param>
/// <param name="Waiting">Steps that wait for <c>forewave upgrade finalize</c>.</param>
internal readonly record struct SchemaReport(IReadOnlyList<int> Applied, IReadOnlyList<int> Waiting);
