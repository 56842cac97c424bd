namespace Forewave.Storage.MySql.Connections;

/// <summary>Whether a piece of work may be done twice.</summary>
internal enum Repetition
{
    /// <summary>It changes something: when the connection is lost, whoever asked has to find out what was done.</summary>
    Forbidden,

    /// <summary>It only reads, or does no harm when it is done again.</summary>
    Allowed,
}
