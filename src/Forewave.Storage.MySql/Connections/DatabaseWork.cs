using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Connections;

/// <summary>A piece of work for a <see cref="DatabaseThread"/>.</summary>
internal abstract class DatabaseWork(Repetition repetition)
{
    internal Repetition Repetition { get; } = repetition;

    /// <summary>Does it and tells whoever waits, unless it is to be done again. Never throws.</summary>
    internal abstract WorkOutcome Run(Connection connection, bool mayRepeat);

    /// <summary>Tells whoever waits that it is not done.</summary>
    internal abstract void Refuse(Exception failure);
}
