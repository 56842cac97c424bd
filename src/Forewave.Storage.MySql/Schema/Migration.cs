namespace Forewave.Storage.MySql.Schema;

/// <summary>
/// One numbered step of the schema. Numbers are consecutive and a step never changes once it was released. Every statement may
/// be executed again: the server commits each by itself, so a crash leaves a step half done, and the next start does it anew.
/// </summary>
internal sealed class Migration
{
    /// <summary>1, 2, 3 …</summary>
    public required int Number { get; init; }

    /// <summary>What it does, for who reads MQ_SCHEMA.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Programs that know the steps up to this number can work on the schema after this step. A step that only adds keeps the one
    /// before; a step that takes away (<see cref="IsFinal"/>) is the first that names itself.
    /// </summary>
    public required int OldestReader { get; init; }

    /// <summary>Takes something away that the version before needs: done by <c>forewave upgrade finalize</c> alone, never at a start.</summary>
    public bool IsFinal { get; init; }

    /// <summary>The statements, given the databases' names.</summary>
    public required Func<SchemaNames, string[]> Statements { get; init; }
}
