namespace Forewave.Model.Worlds;

/// <summary>What a versioned set is for.</summary>
internal enum SetKind : byte
{
    None,

    /// <summary>The master takes the slave out of inSync.</summary>
    Remove,

    /// <summary>The master puts the slave into inSync.</summary>
    Add,

    /// <summary>The slave makes itself master.</summary>
    Take,

    /// <summary>The master of the record opens its partition again.</summary>
    Open,

    /// <summary>A slave takes itself out of inSync.</summary>
    Leave,
}
