namespace Forewave.Outbox.Sql;

/// <summary>A name in the database, checked by <see cref="OutboxTables"/>.</summary>
internal readonly record struct TableName(string Text)
{
    public override string ToString() => Text;
}
