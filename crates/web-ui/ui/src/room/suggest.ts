import type { Locale } from "../i18n/locales";

/** Words that names of rooms are put together from: short, plain, and not easily mistaken for each other. */
const WORDS: Record<"en" | "zh-CN", [string[], string[]]> = {
  en: [
    (
      "amber autumn brave bright calm cedar clear clever coral cosy crisp early fair fresh gentle golden green happy humble " +
      "indigo jolly kind light lively lucky mellow merry mild misty noble ocean olive proud quick quiet rapid rosy royal " +
      "silver snowy soft spring steady sunny swift tidy warm windy"
    ).split(" "),
    (
      "badger beaver bison camel cat crane deer dolphin dove duck eagle falcon ferret finch fox frog gecko goose hare hawk " +
      "heron horse koala lark lemur lion lynx magpie marten mole moose newt otter owl panda parrot pony puffin rabbit raven " +
      "robin seal sparrow squirrel swan tiger turtle wolf"
    ).split(" "),
  ],
  "zh-CN": [
    "安静 明亮 温暖 清新 快乐 勇敢 聪明 温柔 金色 银色 绿色 蓝色 秋日 春日 夏夜 冬雪 晨光 晚霞 山间 海边 林中 云上 月下 星空".split(" "),
    "水獭 松鼠 白鹭 海豚 熊猫 小鹿 狐狸 猫头鹰 燕子 天鹅 骆驼 刺猬 海豹 考拉 企鹅 蜻蜓 锦鲤 云雀 白鸽 小马 兔子 老虎 山雀 海龟".split(" "),
  ],
};

/** Which of so many, by chance. */
function drawn(count: number): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % count;
}

/** A name for a room that nobody has thought of one for: easy to say, and not easy to guess. */
export function suggestedName(locale: Locale): string {
  const words = WORDS[locale === "zh-CN" ? locale : "en"].map((list) => list[drawn(list.length)]);
  return [...words, 100 + drawn(900)].join("-");
}
