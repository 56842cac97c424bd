namespace Forewave.Outbox.Sql;

/// <summary>A name in the database, checked by <see cref="OutboxTables"/>.</summary>
internal readonly record struct IndexName(string Text)
{
    public override string ToString() => Text;
}
