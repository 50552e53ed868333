use elizabeth_core::{ErrorCode, media_kind::MediaKind, permission::Permission};

use super::{Often, Words};

pub(super) const WORDS: Words = Words {
    tag: "zh-CN",
    kind: |kind| match kind {
        MediaKind::Picture => "图片",
        MediaKind::Video => "视频",
        MediaKind::Audio => "音频",
        MediaKind::Document => "文档",
        MediaKind::Archive => "压缩包",
        MediaKind::Code => "代码",
        MediaKind::Text => "文本",
        MediaKind::Link => "链接",
        MediaKind::Other => "文件",
    },
    what: "{kind}，{size}，来自房间 {room}。",
    invited: "你受邀进入房间 {room}",
    download: "下载",
    enter: "进入",
    downloads: Often {
        any: "在 {time} 之前可以下载。",
        once: "在 {time} 之前还可以下载一次。",
        more: "在 {time} 之前还可以下载 {n} 次。",
    },
    uses: Often {
        any: "在 {time} 之前可以使用。",
        once: "在 {time} 之前还可以使用一次。",
        more: "在 {time} 之前还可以使用 {n} 次。",
    },
    may: [
        (Permission::VIEW, "查看全部内容"),
        (Permission::EDIT, "添加内容"),
        (Permission::SHARE, "邀请他人"),
        (Permission::DELETE, "删除"),
    ],
    comma: "、",
    and: "和",
    may_all: "你可以{list}。",
    may_blind: "你可以{list}，只能看到自己添加的内容。",
    used_up: "这个链接已经用完。",
    opens_nothing: "这个链接打不开任何内容",
    ask_for_another: "请向发给你的人要一个新的。",
    refusals: &[
        (ErrorCode::TicketInvalid, "它不存在、已过期，或者已被停用。"),
        (ErrorCode::TicketSpent, "它已经用完。"),
        (ErrorCode::TicketIdle, "它允许的操作，房间目前不许访客做。链接没有被消耗。"),
        (ErrorCode::RoomExpired, "房间已经过期。"),
        (ErrorCode::RoomClosed, "房间已关闭。"),
        (ErrorCode::RoomLocked, "房间已锁定，不能再进入。"),
        (ErrorCode::EntriesExhausted, "房间的进入次数已用完，不能再进入。"),
        (ErrorCode::ContentExpired, "它打开的内容已经过期。"),
        (ErrorCode::DownloadsSpent, "它打开的内容的下载次数已用完。"),
    ],
};
