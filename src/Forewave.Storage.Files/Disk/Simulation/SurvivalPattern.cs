namespace Forewave.Storage.Files.Disk.Simulation;

/// <summary>
/// Which shape the survivors of a power loss have. Choosing each sector by itself would hardly ever give the shapes that
/// find bugs, a whole group lost or a hole in the middle; so a shape is chosen first.
/// </summary>
internal enum SurvivalPattern
{
    /// <summary>No unsynced change survives.</summary>
    Nothing = 0,

    /// <summary>All survive, as if it had been synced.</summary>
    Everything = 1,

    /// <summary>All up to one change, that one torn, its front kept.</summary>
    Front = 2,

    /// <summary>All from one change on, that one torn, its back kept: written in the opposite order.</summary>
    Back = 3,

    /// <summary>All but sectors of one change.</summary>
    Hole = 4,

    /// <summary>Each change whole or not at all.</summary>
    WholeChanges = 5,

    /// <summary>Each sector by itself.</summary>
    Sectors = 6,
}
