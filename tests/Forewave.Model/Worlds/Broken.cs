namespace Forewave.Model.Worlds;

/// <summary>What must never happen.</summary>
internal enum Broken : byte
{
    Nothing,

    /// <summary>A master serves without a message that was answered.</summary>
    AnsweredMessageLost,

    /// <summary>A master answered under an epoch that is over what the one after it does not have.</summary>
    TwoMastersAnswer,

    /// <summary>A slave follows from rows that are not its master's.</summary>
    LogsDiverge,

    /// <summary>The record says that the slave is in sync, the slave is well, and cannot take over.</summary>
    TakeoverImpossible,
}
