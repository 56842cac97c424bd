namespace Forewave.Outbox.EntityFrameworkCore;

/// <summary>What a message was saved with, in a transaction that is still open.</summary>
internal enum SavedWith
{
    /// <summary>Saving is not over.</summary>
    NotYet = 0,

    /// <summary>With changes that the context keeps until the program accepts them: who saves them again saves the message again.</summary>
    KeptChanges = 1,

    /// <summary>With changes that the context takes for saved: they are not saved again, and neither is the message.</summary>
    Changes = 2,

    /// <summary>With no changes.</summary>
    Nothing = 3,
}
