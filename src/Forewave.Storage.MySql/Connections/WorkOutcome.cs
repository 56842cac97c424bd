namespace Forewave.Storage.MySql.Connections;

/// <summary>What became of a piece of work.</summary>
internal enum WorkOutcome
{
    /// <summary>It is done, or nobody wants it any more.</summary>
    Done,

    /// <summary>It threw, which its asker was told: the connection may be in the middle of something.</summary>
    Failed,

    /// <summary>The connection was lost, and it is to be done again.</summary>
    Again,
}
