namespace Forewave.Storage.Files.Segments;

/// <summary>Bits of a record's header. They are on disk.</summary>
[Flags]
internal enum RecordFlags : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>First record of a group: when it was written, everything before it was on stable storage.</summary>
    GroupStart = 1,

    /// <summary>Survives only together with the next record.</summary>
    JoinsNext = 2,
}
